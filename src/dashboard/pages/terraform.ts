import { EdgeError } from '../../error.ts'
import type { SecurityEvent } from '../../events/event.ts'
import type { Rule } from '../../rules/rule.ts'
import { readTextFile } from '../../text-file.ts'
import type { Candidate } from '../exception-candidates.ts'
import type { End } from '../exception-writing.ts'
import { exceptionRule } from '../exception-writing.ts'
import { type Html, html } from '../html.ts'
import { terraformPatch } from '../terraform-patch.ts'

/** Returns true if an exception to the event's rule goes into a Terraform file, above that rule. */
export const isTerraform = (event: SecurityEvent, above: Rule | undefined): above is Rule =>
  event.source === 'firewallcustom' && above !== undefined && above.file.endsWith('.tf')

/** Shows the patch of a Terraform file to copy, because the dashboard does not write these files. */
export const terraformCard = (
  event: SecurityEvent,
  above: Rule,
  picked: Candidate,
  { time, choices }: { time: { end?: End | undefined; nowMs: number }; choices: Html }
): Html => {
  const { file, line } = above
  const text = readTextFile(
    file,
    (reason, cause) => new EdgeError('cannot_edit', `${file} cannot be read: ${reason}`, { cause })
  )
  const { block, diff } = terraformPatch(
    { file: file.replace(/^\/+/, ''), text, line },
    exceptionRule(event, picked, time)
  )
  const how =
    diff === undefined
      ? html`“${above.name}” is made by an expression of <code>${file}</code>. Add this block above it:`
      : html`A patch for <code>${file}</code>, above “${above.name}”. The dashboard writes no Terraform: <code>git apply</code> takes it, and <code>terraform apply</code> puts it in force.`
  return html`<section class="card" id="preview"><h2>What you change</h2>${choices}<p class="faint">${how}</p><pre class="expression" id="patch" tabindex="0">${diff ?? block}</pre><div class="act"><button class="quiet copy" type="button" data-copy="#patch" hidden>Copy</button></div></section>`
}
