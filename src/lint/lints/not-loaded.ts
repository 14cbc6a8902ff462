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
    'The edge leaves out products that it does not emulate, and values that Terraform knows only when it runs. It judges requests without them.\n' +
    'The message names the remedy: set a value with `--var`, or load the output of `terraform show -json`.',
  bad: [ruleset('http_request_firewall_managed')],
  good: [ruleset('http_request_firewall_custom')],
  by: 'loader',
}
