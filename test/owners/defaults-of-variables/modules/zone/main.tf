variable "zone_id" {
  type = string
}

variable "rules" {
  type = list(object({
    label    = string
    test     = string
    action   = optional(string, "block")
    on       = optional(bool, true)
    products = optional(list(string), [])
  }))
}

locals {
  prepared = [for rule in var.rules : {
    label = rule.label
    test  = rule.test
    what  = rule.action
    on    = rule.on
    past = rule.action == "skip" ? {
      ruleset  = length(rule.products) == 0 ? "current" : null
      products = length(rule.products) > 0 ? rule.products : null
    } : null
  }]
}

resource "cloudflare_ruleset" "this" {
  zone_id = var.zone_id
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"

  dynamic "rules" {
    for_each = local.prepared
    iterator = item
    content {
      description = item.value.label
      expression  = item.value.test
      action      = item.value.what
      enabled     = item.value.on
      dynamic "action_parameters" {
        for_each = item.value.past[*]
        content {
          ruleset  = action_parameters.value.ruleset
          products = action_parameters.value.products
        }
      }
    }
  }
}
