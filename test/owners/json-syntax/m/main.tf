variable "x" { type = list(string) }
resource "cloudflare_zone_lockdown" "l" {
  urls = ["a.example/*"]
  dynamic "configurations" {
    for_each = var.x
    content {
      target = "ip"
      value = configurations.value
    }
  }
}
