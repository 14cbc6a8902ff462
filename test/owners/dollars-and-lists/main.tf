resource "cloudflare_list" "hooks" {
  account_id = "account"
  name       = "hooks"
  kind       = "ip"
}

resource "cloudflare_list_item" "hooks" {
  for_each   = toset(["192.0.2.0/24", "2001:db8::/32"])
  account_id = "account"
  list_id    = cloudflare_list.hooks.id
  ip         = each.value
  comment    = "hook ${each.key}"
}

resource "cloudflare_ruleset" "this" {
  zone_id = "zone"
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules {
    action      = "block"
    description = "quoted"
    expression  = "not ip.src in ${"$"}${cloudflare_list.hooks.name}"
  }
  rules {
    action      = "block"
    description = "formatted"
    expression  = format("not ip.src in $%s", cloudflare_list.hooks.name)
  }
  rules {
    action      = "log"
    description = "as it stands"
    expression  = "ip.src in $hooks and http.request.uri.query contains \"100%\""
  }
}
