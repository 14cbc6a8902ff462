locals {
  waf = yamldecode(file("${path.module}/waf.yaml"))
}

resource "cloudflare_ruleset" "this" {
  for_each = local.waf.zones
  zone_id  = each.value
  name     = "default"
  kind     = "zone"
  phase    = "http_request_firewall_custom"
  dynamic "rules" {
    for_each = local.waf.rules
    content {
      description = rules.value.label
      action      = rules.value.action
      expression  = rules.value.test
      enabled     = lookup(rules.value, "active", true)
    }
  }
}
