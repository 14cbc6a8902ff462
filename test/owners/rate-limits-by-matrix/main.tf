resource "cloudflare_ruleset" "limits" {
  for_each = local.by_stage
  zone_id  = each.key
  name     = "limits"
  kind     = "zone"
  phase    = "http_ratelimit"

  dynamic "rules" {
    for_each = { for one in each.value : one.key => one if try(one.on, true) || each.key == "live" }
    content {
      description = upper(replace(rules.key, "/[^a-z]+/", " "))
      action      = "block"
      enabled     = lookup(rules.value, "on", null) != false
      expression  = <<-EOT
        (http.host eq "${rules.value.host}"
          and starts_with(http.request.uri.path, "${rules.value.path}"))
      EOT
      ratelimit {
        characteristics     = concat(["cf.colo.id"], each.key == "live" ? ["ip.src"] : ["http.request.headers[\"x-key\"]"])
        period              = 60
        requests_per_period = rules.value.limit * (each.key == "live" ? 1 : 10)
        mitigation_timeout  = tonumber("600")
        counting_expression = ""
      }
      dynamic "action_parameters" {
        for_each = each.key == "live" ? [1] : []
        content {
          response {
            status_code  = "429"
            content_type = "application/json"
            content      = jsonencode({ error = "slow down", codes = [429, null] })
          }
        }
      }
    }
  }
}

locals {
  stages = ["test", "live"]
  apps   = { api = { path = "/api", limit = 60 }, shop = { path = "/", limit = 600, on = false } }
  matrix = {
    for pair in setproduct(local.stages, keys(local.apps)) :
    "${pair[0]}-${pair[1]}" => merge(local.apps[pair[1]], { stage = pair[0], host = "${pair[1]}.${pair[0]}.example" })
  }
  by_stage = { for key, one in local.matrix : one.stage => merge(one, { key = key })... }
}
