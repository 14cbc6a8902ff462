# Version 5 of the provider: the filter is inside the rule, and the action is an object.
variable "groups" {
  type = any
  default = [
    [{ mode = "block", test = "ip.src.country eq \"KP\"", label = "No" }],
    [{ mode = "allow", test = "ip.src eq 192.0.2.7", label = "Yes", off = true }],
  ]
}

locals {
  by_hash = { for one in flatten(var.groups) : format("%s-%s", one.mode, substr(sha256(one.test), 0, 6)) => one }
}

resource "cloudflare_firewall_rule" "this" {
  for_each = local.by_hash
  zone_id  = "zone"
  paused   = try(each.value.off, false)
  action   = { mode = each.value.mode }
  filter = {
    description = each.value.label
    expression  = each.value.test
  }
}

resource "cloudflare_firewall_rule" "no_filter" {
  zone_id     = "zone"
  description = "an expression where no version of the provider reads it"
  expression  = "ssl"
  action      = "block"
}
