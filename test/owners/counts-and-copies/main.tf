# Written for Terraform 0.11: a filter with a count of one, read without an index.
variable "closed" {
  default = "true"
}

variable "office" {
  default = "192.0.2.0/24"
}

locals {
  host = "intern.example"
}

resource "cloudflare_filter" "office_only" {
  count      = "${var.closed ? 1 : 0}"
  zone       = "intern.example"
  expression = "(http.host eq \"${local.host}\" and not ip.src in {${var.office}})"
}

resource "cloudflare_firewall_rule" "office_only" {
  count       = "${var.closed ? 1 : 0}"
  zone        = "intern.example"
  description = "Only from the office"
  filter_id   = "${cloudflare_filter.office_only.id}"
  action      = "block"
  paused      = "${!var.closed}"
}

resource "cloudflare_filter" "pair" {
  count      = 2
  zone       = "intern.example"
  expression = "http.request.uri.path eq \"/${count.index}\""
}

resource "cloudflare_firewall_rule" "which" {
  zone      = "intern.example"
  filter_id = "${cloudflare_filter.pair.id}"
  action    = "log"
}

resource "cloudflare_rate_limit" "search" {
  zone_id     = "z1"
  description = "Searches"
  threshold   = 30
  period      = 60

  bypass_url_patterns {
    name  = "url"
    value = "intern.example/search/status"
  }

  match {
    request {
      url_pattern = "intern.example/search*"
      methods     = ["GET"]
    }
  }

  action {
    mode    = "simulate"
    timeout = 60
  }
}

resource "cloudflare_list" "proto" {
  account_id = "a1"
  name       = "__proto__"
  kind       = "ip"

  item {
    value {
      ip = "198.51.100.7"
    }
  }
}

resource "cloudflare_ruleset" "rules" {
  zone_id = "z1"
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"

  rules {
    description = "Known to be bad"
    action      = "block"
    expression  = "ip.src in $__proto__"
  }
}

resource "cloudflare_rate_limit" "pages" {
  zone_id             = "z1"
  description         = "Pages"
  threshold           = 90
  period              = 60
  bypass_url_patterns = [{ name = "url", value = "intern.example/health" }]

  action {
    mode = "challenge"
  }
}
