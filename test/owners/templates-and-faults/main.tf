variable "nested" {
  type = object({ a = optional(object({ b = optional(string, "db"), c = optional(list(object({ d = optional(number, 4) })), [{}]) }), {}) })
  default = {}
}
locals {
  by = { for x in ["a1", "b1", "a2"] : substr(x, 0, 1) => x... }
  null_list = null
  tpl = templatefile("${path.module}/outer.tftpl", { items = ["x", "y"], inner = templatefile("${path.module}/inner.tftpl", { v = 1 }) })
}
resource "cloudflare_ruleset" "r" {
  kind = "zone"
  phase = "http_request_firewall_custom"
  dynamic "rules" {
    for_each = local.by
    content {
      action = "log"
      description = rules.key
      expression = join(" or ", [for v in rules.value : "http.host eq \"${v}\""])
    }
  }
  dynamic "rules" {
    for_each = local.null_list == null ? [] : local.null_list
    content {
      action = "log"
      expression = "never"
    }
  }
  rules {
    action = "log"
    description = "nested ${var.nested.a.b} ${var.nested.a.c[0].d}"
    expression = local.tpl
  }
  rules {
    action = "block"
    description = "splat on null ${length(local.null_list[*])}"
    expression = <<EOF
http.host eq "a" \
and ssl
EOF
  }
  rules {
    action = provider::x::y("block")
    description = "provider function"
    expression = "ssl"
  }
  dynamic "rules" {
    for_each = "text"
    content {
      action = "log"
      description = "for_each of text"
      expression = "ssl"
    }
  }
  dynamic "rules" {
    for_each = null
    content {
      action = "log"
      expression = "ssl"
    }
  }
}
resource "cloudflare_ruleset" "none" {
  count = 0
  kind = "zone"
  phase = "http_request_firewall_custom"
  rules {
    action = "log"
    expression = "ssl"
  }
}
resource "cloudflare_access_rule" "tuple" {
  for_each = ["a"]
  mode = "block"
  configuration {
   target = "ip"
   value = "1.1.1.1"
  }
}
resource "cloudflare_access_rule" "eph" {
  mode = "block"
  configuration {
   target = "ip"
   value = ephemeral.x.y.z
  }
}
resource "cloudflare_access_rule" "td" {
  mode = "block"
  notes = terraform_data.d.input
  configuration {
   target = "ip"
   value = terraform_data.d.output
  }
}
resource "terraform_data" "d" { input = "192.0.2.1" }
