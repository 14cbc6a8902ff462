# Zones that data sources look up by name, in the shapes of versions 4 and 5 of the provider.
variable "names" {
  default = ["shop.example", "wiki.example"]
}

variable "everywhere" {}

data "cloudflare_zone" "shop" {
  name = var.names[0]
}

data "cloudflare_zone" "blog" {
  filter = {
    name = "blog.example"
  }
}

data "cloudflare_zones" "each" {
  count = length(var.names)
  filter {
    name = var.names[count.index]
  }
}

data "cloudflare_zones" "several" {
  filter {
    name        = "example"
    lookup_type = "contains"
  }
}

resource "cloudflare_ruleset" "blog" {
  zone_id = data.cloudflare_zone.blog.zone_id
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules = [{
    action     = "block"
    expression = "http.host ne \"www.${data.cloudflare_zone.blog.name}\""
  }]
}

resource "cloudflare_ruleset" "each" {
  count   = 2
  zone_id = lookup(data.cloudflare_zones.each[count.index].zones[0], "id")
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules {
    action     = "log"
    expression = "http.host eq \"${data.cloudflare_zones.each[count.index].zones[0].name}\""
  }
}

resource "cloudflare_access_rule" "several" {
  zone_id = data.cloudflare_zones.several.result[0].id
  mode    = "block"
  notes   = "one of several zones"
  configuration {
    target = "country"
    value  = "T1"
  }
}

resource "cloudflare_access_rule" "name_of_several" {
  mode  = "block"
  notes = "a name that only Terraform finds"
  configuration {
    target = "ip"
    value  = data.cloudflare_zones.several.zones[0].name
  }
}

# The zones are not known, but the filter is the same in all of them.
resource "cloudflare_filter" "abroad" {
  for_each   = var.everywhere
  zone_id    = each.value
  expression = "ip.src.country ne \"NO\""
}

resource "cloudflare_firewall_rule" "abroad" {
  for_each    = var.everywhere
  zone_id     = each.value
  filter_id   = cloudflare_filter.abroad[each.key].id
  description = "abroad"
  action      = "block"
}

resource "cloudflare_list_item" "elsewhere" {
  list_id = "0123456789abcdef"
  ip      = "192.0.2.1"
}

resource "cloudflare_list_item" "nowhere" {
  ip = "192.0.2.1"
}

resource "cloudflare_rate_limit" "login" {
  zone_id             = data.cloudflare_zone.shop.id
  description         = "failed logins"
  threshold           = 5
  period              = 60
  bypass_url_patterns = ["shop.example/login/health"]
  match {
    request {
      url_pattern = "shop.example/login*"
    }
    response {
      statuses = [401, 403]
    }
  }
  action {
    mode    = "ban"
    timeout = 60
  }
}
