# A zone's custom rules as a production folder has them:
#   edge1020 import examples/terraform
#   edge1020 serve --rules examples/terraform
variable "office" {
  type    = list(string)
  default = ["203.0.113.0/24"]
}

locals {
  scripts = ["curl", "Wget", "python-requests"]
}

resource "cloudflare_ruleset" "custom" {
  zone_id = "0123456789abcdef0123456789abcdef"
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"

  rules {
    description = "The office may do anything"
    action      = "skip"
    expression  = "ip.src in {${join(" ", var.office)}}"
    action_parameters {
      ruleset = "current"
    }
  }

  dynamic "rules" {
    for_each = toset(local.scripts)
    content {
      description = "No ${rules.value}"
      action      = "block"
      expression  = "http.user_agent contains \"${rules.value}\""
    }
  }

  rules {
    description = "Back office"
    action      = "block"
    expression  = <<-EOT
      starts_with(http.request.uri.path, "/admin")
      and not ip.src.country in {"DE" "FR"}
    EOT
  }
}
