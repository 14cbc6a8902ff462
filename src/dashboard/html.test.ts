import { expect, test } from 'vitest'
import { html } from './html.ts'

test('values are escaped in text and in attributes', () => {
  const evil = `"><script>alert('1')</script>&`
  expect(html`<a title="${evil}">${evil}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</a>'
  )
})

test('nested HTML stays, lists are joined, absent values are left out', () => {
  const items = ['<', 2].map((item) => html`<li>${item}</li>`)
  expect(html`<ul>${items}${undefined}${false}${0}</ul>`.text).toBe(
    '<ul><li>&lt;</li><li>2</li>0</ul>'
  )
})

test('a list of strings is escaped too', () => {
  expect(html`${['<', ['>']]}`.text).toBe('&lt;&gt;')
})
