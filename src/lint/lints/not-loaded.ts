import type { Lint } from '../lint-type.ts'

const ruleset = (phase: string) => ({
  file: 'ruleset.json',
  text: `{ "kind": "zone", "phase": "${phase}", "rules": [{ "action": "block", "expression": "ssl" }] }\n`,
})

export const notLoaded: Lint = {
  code: 'not_loaded',
  severity: 'warning',
  title: 'a part of the configuration that is left out',
  explanation:
    'What this edge does not emulate is left out, as is what Terraform knows only when it runs. Requests are judged without it. The message says what\n' +
    'to do: give a value with `--var`, or load the output of `terraform show -json`.',
  bad: [ruleset('http_request_firewall_managed')],
  good: [ruleset('http_request_firewall_custom')],
  by: 'loader',
}
