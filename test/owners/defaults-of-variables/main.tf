module "secrets" {
  source = "git::https://git.example/secrets.git"
}

module "zone" {
  source  = "./modules/zone"
  zone_id = module.secrets.zone_id
  rules = [
    { label = "plain", test = "http.request.uri.path eq \"/.env\"" },
    { label = "rest", test = "ip.src eq 192.0.2.1", action = "skip" },
    { label = "products", test = "ip.src eq 192.0.2.2", action = "skip", products = ["waf", "uaBlock"], on = false },
    { label = "escaped", test = "regex_replace(http.request.uri.path, \"^/(.)\", \"$${1}\") eq \"x\"" },
    { label = "secret", test = "ip.src eq ${module.secrets.home}" },
  ]
}
