variable "hosts" {
  type    = "list"
  default = ["one.example", "two.example"]
}

variable "switch" {
  default = "1"
}

resource "cloudflare_filter" "hosts" {
  count      = "${length(var.hosts)}"
  zone       = "${element(var.hosts, count.index)}"
  expression = "(http.host eq \"${var.hosts[count.index]}\")"
}

resource "cloudflare_firewall_rule" "hosts" {
  count       = "${var.switch ? length(var.hosts) : 0}"
  zone        = "${element(var.hosts, count.index)}"
  description = "Host ${count.index + 1} of ${length(var.hosts)}"
  filter_id   = "${cloudflare_filter.hosts.*.id[count.index]}"
  action      = "${count.index == 0 ? "block" : "challenge"}"
  priority    = "${10 - count.index}"
  paused      = "0"
}

resource "cloudflare_rate_limit" "slow" {
  zone        = "${var.hosts[1]}"
  description = "Slow"
  threshold   = 20
  period      = 60
  disabled    = "1"

  match {
    request {
      url_pattern = "${var.hosts[1]}/login*"
      methods     = ["POST"]
    }
  }

  action {
    mode    = "ban"
    timeout = 600
  }
}
