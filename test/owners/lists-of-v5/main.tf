variable "zone_id" {
  type = string
}

variable "overrides" {
  type    = map(object({ enabled = optional(bool), action = optional(string) }))
  default = {}
}

locals {
  base = [
    for rule in jsondecode(file("${path.module}/rules.json")) :
    merge(rule, { for key, value in lookup(var.overrides, rule.ref, {}) : key => value if value != null })
  ]
  agents    = [for line in split("\n", trimspace(file("${path.root}/agents.txt"))) : line if !startswith(line, "#")]
  countries = { block = ["KP", "IR"], managed_challenge = ["CN"] }
}

resource "cloudflare_ruleset" "this" {
  zone_id = var.zone_id
  kind    = "zone"
  name    = "default"
  phase   = "http_request_firewall_custom"
  rules = flatten([
    [for i, rule in local.base : merge(rule, { description = "${format("%02d", i)} ${rule.description}" })],
    { ref = "agents", action = "block", description = "Agents", expression = join(" or ", formatlist("lower(http.user_agent) contains %s", [for name in local.agents : jsonencode(lower(name))])) },
    [for action, codes in local.countries : { action = action, description = title(replace(action, "_", " ")), expression = "(ip.src.country in {${join(" ", formatlist("\"%s\"", codes))}})" }],
    length(local.agents) > 100 ? [{ action = "block", description = "never", expression = "true" }] : [],
  ])
}
