data "http" "monitors" {
  url = "https://status.example/ips.txt"
}

variable "secret" {
  type      = string
  sensitive = true
}

locals {
  base  = [{ label = "known", test = "ssl" }, { label = "secret", test = "http.host eq \"${var.secret}\"" }]
  extra = [for ip in split("\n", data.http.monitors.response_body) : { label = ip, test = "ip.src eq ${ip}" }]
}

resource "cloudflare_ruleset" "dynamic" {
  kind  = "zone"
  phase = "http_request_firewall_custom"
  name  = "dynamic"
  dynamic "rules" {
    for_each = concat(local.base, local.extra)
    content {
      action      = "block"
      description = rules.value.label
      expression  = rules.value.test
    }
  }
  rules {
    action      = "log"
    description = "named by ${var.secret}"
    expression  = "not ssl"
  }
  rules {
    action      = var.secret != "" ? "log" : "block"
    description = "an unknown action"
    expression  = "ssl"
  }
  rules {
    action      = "log"
    description = "on if the secret says so"
    expression  = "ssl"
    enabled     = var.secret == "on"
  }
}

resource "cloudflare_ruleset" "listed" {
  kind  = "zone"
  phase = "http_request_firewall_custom"
  name  = "listed"
  rules = [for one in local.base : { action = "block", description = one.label, expression = one.test }]
}

resource "cloudflare_ruleset" "counted" {
  count = data.http.monitors.status_code == 200 ? 1 : 0
  kind  = "zone"
  phase = "http_request_firewall_custom"
  name  = "counted"
  rules = [{ action = "block", description = "counted", expression = "ssl" }]
}

resource "cloudflare_ruleset" "zones" {
  for_each = data.cloudflare_zones.all.zones
  zone_id  = each.value.id
  kind     = "zone"
  phase    = "http_request_firewall_custom"
  name     = "zones"
  rules = [
    { action = "block", description = "the same everywhere", expression = "http.request.uri.path eq \"/.git\"" },
    { action = "block", description = "not the same", expression = "http.host eq \"${each.value.name}\"" },
  ]
}
