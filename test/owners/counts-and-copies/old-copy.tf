# A copy that someone forgot to delete. Terraform refuses the folder; the first definitions count here.
locals {
  host = "elsewhere.example"
}

resource "cloudflare_ruleset" "rules" {
  zone_id = "z1"
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"

  rules {
    description = "The older one"
    action      = "log"
    expression  = "ssl"
  }
}

resource "aws_instance" "web" {
  ami = "first"
}

resource "aws_instance" "web" {
  ami = "second"
}
