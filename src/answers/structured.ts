import type { CatalogueEntry } from './catalogue.ts'
import { documentationUrl } from './catalogue.ts'
import { Template } from './template.ts'

const footer = (emulated: boolean) =>
  emulated
    ? 'Emulated by edge1020: this answer did not come from Cloudflare.'
    : 'The edge in front of the site made this answer for its owner.'

/** Slots: ray, timestamp, zone, each escaped as JSON, and retry, the seconds of Retry-After. The members' order is the interface. */
export const jsonTemplate = (entry: CatalogueEntry, emulated: boolean): Template => {
  const body = {
    type: documentationUrl(entry),
    title: `Error ${entry.code}: ${entry.title}`,
    status: entry.status,
    detail: entry.happened,
    instance: '{{ray}}',
    error_code: entry.code,
    error_name: entry.name,
    error_category: entry.category,
    ray_id: '{{ray}}',
    timestamp: '{{timestamp}}',
    zone: '{{zone}}',
    cloudflare_error: true,
    retryable: entry.retryable,
    ...(entry.retryable ? { retry_after: '{{retry}}' } : {}),
    owner_action_required: entry.ownerActionRequired,
    what_you_should_do: entry.advice,
    footer: footer(emulated),
  }
  // A number, so without quotes.
  return new Template(`${JSON.stringify(body).replace('"{{retry}}"', '{{retry}}')}\n`)
}

/** Slots: ray, timestamp, zone, each a YAML scalar, and retry, the seconds of Retry-After. */
export const markdownTemplate = (entry: CatalogueEntry, emulated: boolean): Template =>
  new Template(
    [
      '---',
      `error_code: ${entry.code}`,
      `error_name: ${entry.name}`,
      `error_category: ${entry.category}`,
      `status: ${entry.status}`,
      'ray_id: {{ray}}',
      'timestamp: {{timestamp}}',
      'zone: {{zone}}',
      'cloudflare_error: true',
      `retryable: ${entry.retryable}`,
      ...(entry.retryable ? ['retry_after: {{retry}}'] : []),
      `owner_action_required: ${entry.ownerActionRequired}`,
      '---',
      '',
      `# Error ${entry.code}: ${entry.title}`,
      '',
      '## What Happened',
      '',
      entry.happened,
      '',
      '## What You Should Do',
      '',
      entry.advice,
      '',
      '---',
      '',
      footer(emulated),
      '',
    ].join('\n')
  )

/** `error code: 1020` and a newline: 17 bytes. */
export const textTemplate = ({ code }: CatalogueEntry): Template =>
  new Template(`error code: ${code}\n`)
