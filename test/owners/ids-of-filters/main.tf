# The ways in which modules refer to the id of a filter that can be absent or counted.
variable "sites" {
  type    = map(string)
  default = { "books.example" = "zone-b", "toys.example" = "zone-t" }
}

resource "cloudflare_filter" "per_site" {
  count      = length(var.sites)
  zone_id    = var.sites[element(keys(var.sites), count.index)]
  expression = "http.host eq \"${element(keys(var.sites), count.index)}\""
}

resource "cloudflare_firewall_rule" "element" {
  count       = length(var.sites)
  zone_id     = element(values(var.sites), count.index)
  description = "element ${count.index}"
  filter_id   = element(cloudflare_filter.per_site.*.id, count.index)
  action      = "managed_challenge"
}

resource "cloudflare_filter" "maybe" {
  count      = 1
  zone_id    = "zone-b"
  expression = "not ssl"
}

resource "cloudflare_firewall_rule" "joined" {
  zone_id     = "zone-b"
  description = "joined"
  filter_id   = join("", cloudflare_filter.maybe.*.id)
  action      = "log"
}

resource "cloudflare_firewall_rule" "coalesced" {
  zone_id     = "zone-b"
  description = "coalesced"
  filter_id   = coalesce(one(cloudflare_filter.maybe[*].id), "none")
  action      = "log"
}

resource "cloudflare_firewall_rule" "converted" {
  zone_id     = "zone-b"
  description = "converted"
  filter_id   = tostring(cloudflare_filter.maybe[0].id)
  action      = "log"
}

resource "cloudflare_firewall_rule" "two_ids" {
  zone_id     = "zone-b"
  description = "two ids in one text"
  filter_id   = join("", cloudflare_filter.per_site[*].id)
  action      = "log"
}

resource "cloudflare_filter" "chained" {
  for_each   = { early = "ip.src eq 192.0.2.1", late = "ip.src eq 192.0.2.2" }
  zone_id    = "zone-t"
  expression = each.value
}

resource "cloudflare_firewall_rule" "chained" {
  for_each    = cloudflare_filter.chained
  zone_id     = "zone-t"
  description = "chained ${each.key}"
  filter_id   = each.value.id
  priority    = lookup({ late = 1, early = 2 }, each.key, null)
  action      = "block"
}

module "elsewhere" {
  source = "example/filters/cloudflare"
}

resource "cloudflare_firewall_rule" "elsewhere" {
  zone_id     = "zone-t"
  description = "a filter of a registry's module"
  filter_id   = module.elsewhere.filter_id
  action      = "block"
}
