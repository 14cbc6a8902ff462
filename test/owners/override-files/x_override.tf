variable "a" { default = "over" }
locals { l = "overridden" }
resource "cloudflare_access_rule" "a" { mode = "challenge" }
