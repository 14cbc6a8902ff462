# References in their long form, a rate limiting ruleset that an account runs, and a list in brackets as Terraform 0.11 wrote it.
resource "cloudflare_list" "desks" {
  account_id = "acc"
  name       = "desks"
  kind       = "ip"
}

resource "cloudflare_list_item" "desk" {
  for_each   = toset(["192.0.2.10", "192.0.2.11"])
  account_id = "acc"
  list_id    = resource.cloudflare_list.desks.id
  ip         = each.key
}

locals {
  staff = toset(["two.example", "one.example"])
  gates = [for pair in setproduct(local.staff, ["/vault", "/desk"]) : "${pair[0]}${pair[1]}"]
}

resource "cloudflare_ruleset" "limits" {
  account_id = "acc"
  name       = "Limits of all zones"
  kind       = "custom"
  phase      = "http_ratelimit"

  rules {
    description = "Gates: ${join(", ", local.gates)}"
    action      = "block"
    expression  = format("not ip.src in $%s", resource.cloudflare_list.desks.name)
    ratelimit {
      characteristics     = ["ip.src", "cf.colo.id"]
      period              = 60
      requests_per_period = 12
    }
  }
}

resource "cloudflare_ruleset" "account" {
  account_id = "acc"
  name       = "Start"
  kind       = "root"
  phase      = "http_ratelimit"

  rules {
    description = "Run the limits"
    action      = "execute"
    expression  = "cf.zone.plan eq \"ENT\""
    action_parameters {
      id = resource.cloudflare_ruleset.limits.id
    }
  }
}

resource "cloudflare_zone_lockdown" "gates" {
  zone_id = "z1"
  urls    = ["${local.gates}"]
  configurations {
    target = "ip"
    value  = "192.0.2.10"
  }
}
