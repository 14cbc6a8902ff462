variable "a" { 
 default = "x" 
 type = string
}
locals { l = "base" }
resource "cloudflare_ruleset" "r" {
  kind = "zone"
  phase = "http_request_firewall_custom"
  rules {
    action = "block"
    expression = "http.host eq \"${var.a}\""
    description = "${local.l} ${terraform.workspace} ${basename(abspath(path.module)) == "" ? 1 : 2}"
  }
}
resource "cloudflare_access_rule" "a" {
  mode = "block"
  configuration {
    target = "ip"
    value = "192.0.2.1"
  }
}
moved {
  from = cloudflare_ruleset.old
  to = cloudflare_ruleset.r
}
import {
  to = cloudflare_ruleset.r
  id = "zone/x/y"
}
removed {
  from = cloudflare_filter.x
  lifecycle { destroy = false }
}
check "c" {
  data "http" "x" { url = "https://x" }
  assert {
    condition = data.http.x.status_code == 200
    error_message = "no"
  }
}
terraform {
  required_version = ">= 1.0"
  backend "s3" {}
}
provider "cloudflare" { api_token = var.t }
ephemeral "random_password" "p" { length = 3 }
resource "terraform_data" "d" { input = "v" }
output "o" { value = cloudflare_ruleset.r.id }
