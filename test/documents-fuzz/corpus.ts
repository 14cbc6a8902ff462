/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates are the subject. */

/** Small documents of every format that edge1020 reads, right and nasty ones. Names say the format. */
export const CORPUS: readonly { readonly file: string; readonly text: string }[] = [
  {
    file: 'main.tf',
    text: `variable "ips" {
  type    = list(object({ ip = string, note = optional(string, "none") }))
  default = [{ ip = "192.0.2.1" }]
}
locals {
  paths = { a = "/a", b = "/b" }
  text  = <<-EOT
    %{ for p in values(local.paths) ~}
    (http.request.uri.path eq "\${p}") or
    %{ endfor ~}
    (ssl)
  EOT
}
resource "cloudflare_ruleset" "r" {
  zone_id = "z"
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules {
    action      = "block"
    description = "one"
    expression  = "ip.src in {\${join(" ", var.ips[*].ip)}}"
  }
  dynamic "rules" {
    for_each = local.paths
    iterator = it
    content {
      action      = it.key == "a" ? "log" : "skip"
      expression  = replace("http.request.uri.path eq \\"\${it.value}\\"", "/\\\\s+/", " ")
      description = format("%s %03d", it.key, 1)
      action_parameters {
        ruleset = "current"
      }
    }
  }
}
`,
  },
  {
    file: 'main.tf',
    text: `module "m" {
  source   = "./mod"
  for_each = toset(["a", "b"])
  name     = each.key
}
resource "cloudflare_list" "l" {
  kind  = "ip"
  name  = "l"
  items = [for i in range(3) : { ip = cidrhost("192.0.2.0/24", i) }]
}
resource "cloudflare_access_rule" "a" {
  for_each      = fileset(path.module, "*.txt")
  mode          = "block"
  configuration = { target = "ip", value = trimspace(file(each.value)) }
}
`,
  },
  {
    file: 'main.tf',
    text: `module "again" {
  source = "."
  n      = 1
}
module "up" {
  source = "../.."
}
locals {
  a = local.b
  b = local.a
  c = file("/etc/passwd")
  d = file("../secret.txt")
  e = templatefile("self.tftpl", { x = 1 })
  f = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : "x"]]]
  g = fileset("/", "**")
}
resource "cloudflare_user_agent_blocking_rule" "u" {
  count         = 3
  mode          = "block"
  configuration = { target = "ua", value = "\${local.c}\${local.d}\${local.e}" }
}
resource "cloudflare_ruleset" "f" {
  phase = "http_request_firewall_custom"
  rules {
    action     = "block"
    expression = file("link.txt")
  }
}
`,
  },
  {
    file: 'main.tf.json',
    text: '{"resource":{"cloudflare_ruleset":{"x":{"phase":"http_request_firewall_custom","kind":"zone","rules":[{"action":"block","expression":"http.host eq \\"${local.h}\\""}],"dynamic":{"rules":{"for_each":["a"],"content":{"action":"log","expression":"${rules.value}"}}}}}},"locals":{"h":"a"},"//":"note"}',
  },
  {
    file: 'ruleset.json',
    text: '{"result":{"id":"a","kind":"zone","phase":"http_request_firewall_custom","rules":[{"id":"1","version":"2","action":"block","expression":"(http.host eq \\"a\\")","description":"one","enabled":true,"ref":"r","action_parameters":{"response":{"status_code":404,"content":"no","content_type":"text/plain"}}},{"action":"skip","expression":"true","action_parameters":{"phases":["http_ratelimit"],"products":["waf"]},"logging":{"enabled":false}}]},"success":true,"errors":[],"messages":[]}',
  },
  {
    file: 'many.json',
    text: '[{"id":"f","expression":"ssl"},{"filter":{"id":"f"},"action":"allow","priority":1,"paused":false},{"mode":"whitelist","configuration":{"target":"ip_range","value":"198.51.100.0/24"},"notes":"n"},{"urls":["a.example/*"],"configurations":[{"target":"ip","value":"192.0.2.1"}]},{"threshold":5,"period":60,"match":{"request":{"url":"*"}},"action":{"mode":"ban","timeout":60}},{"name":"l","kind":"ip","id":"i"},{"ip":"192.0.2.9"}]',
  },
  {
    file: 'recorded.yaml',
    text: `interactions:
  - request: { method: GET }
    response:
      body: '{"success":true,"result":{"phase":"http_ratelimit","kind":"zone","rules":[{"action":"block","expression":"true","ratelimit":{"characteristics":["ip.src","cf.colo.id"],"period":10,"requests_per_period":5,"mitigation_timeout":60}}]}}'
`,
  },
  {
    file: 'plan.json',
    text: '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[{"address":"cloudflare_ruleset.x","mode":"managed","type":"cloudflare_ruleset","values":{"kind":"zone","phase":"http_request_firewall_custom","rules":[{"action":"block","expression":"ssl","enabled":true}]}}],"child_modules":[{"resources":[]}]}}}',
  },
  {
    file: 'terraform.tfstate',
    text: '{"version":4,"terraform_version":"1.5.0","resources":[{"mode":"managed","type":"cloudflare_access_rule","name":"a","instances":[{"index_key":"k","attributes":{"mode":"block","configuration":[{"target":"country","value":"XX"}]}}]}]}',
  },
  {
    file: 'rules.yaml',
    text: `rules:
  - &one
    name: one
    when: { path: /a, ip: [192.0.2.0/24] }
    action: block
  - <<: *one
    name: two
  - name: three
    expression: |
      http.host eq "a"
    action: skip
lists:
  office: [192.0.2.1]
access:
  - block: [AS64496, KP]
`,
  },
  {
    file: 'bomb.yaml',
    text: `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
rules: [*e, *e, *e, *e, *e, *e, *e, *e, *e]
`,
  },
]

/** Files beside the document. */
export const BESIDE: Readonly<Record<string, string>> = {
  'mod/main.tf':
    'variable "name" {}\nresource "cloudflare_zone_lockdown" "l" {\n  urls = ["${var.name}.example/*"]\n  configurations {\n    target = "ip"\n    value  = "192.0.2.1"\n  }\n}\n',
  'self.tftpl': '${templatefile("self.tftpl", { x = x })}',
  'ips.txt': '192.0.2.7\n',
  'more.auto.tfvars': 'ips = [{ ip = "192.0.2.2" }]\n',
}

/** Pieces that are put in. */
export const PIECES: readonly string[] = [
  '${',
  '%{',
  '}',
  '{',
  '[',
  ']',
  '(',
  ')',
  '"',
  "'",
  '\\',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\ufeff',
  '\ud83d',
  '😀',
  'é',
  '<<EOT\n',
  '<<-EOT\n',
  'EOT\n',
  '/*',
  '*/',
  '#',
  '//',
  '...',
  '.*',
  '[*]',
  '.0',
  '::',
  '=>',
  '?',
  ':',
  '==',
  '!',
  '-',
  '%{ for x in [1] }',
  '%{ endfor }',
  '%{ if true }',
  '%{ endif }',
  '~}',
  '$${',
  'null',
  'true',
  '1e999',
  '-1',
  '1e-400',
  '99999999999999999999',
  '[for x in range(1000) : x]',
  'join("", [for x in range(1000) : "xxxxxxxxxx"])',
  'file("/etc/passwd")',
  'file("../secret.txt")',
  'file("link.txt")',
  'templatefile("self.tftpl", {})',
  'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
  'yamldecode("a: &a [*a]")',
  'jsondecode("[")',
  'format("%9999s", "")',
  'cidrsubnet("::/0", 128, 1)',
  'setproduct(range(1000), range(1000))',
  'flatten([[[[]]]])',
  'each.value',
  'count.index',
  'var.nope',
  'data.a.b.c',
  'for_each = ',
  'count = 99999999',
  'source = "."',
  'source = "../../.."',
  'dynamic "rules" {\n',
  'content {\n',
  'module "x" {\n  source = "./mod"\n}\n',
  '&a ',
  '*a',
  '<<: *a',
  '- ',
  ': ',
  '|',
  '>-',
  '? ',
  '!!str ',
  '---\n',
  '{"a":',
  '__proto__',
  'constructor',
  'toString',
]
