import { describe, expect, test } from 'vitest'
import { sideWith } from '../side.fixture.ts'

describe('answers', () => {
  test.each([
    ['', 'text/html', 'Access denied'],
    ['?code=1015', 'text/html', '1015'],
    ['?code=1009&generation=g1', 'text/html', 'class="cf-error-code">1009'],
    ['?code=1020&dialect=json', 'text/plain', '"error_code":1020'],
    ['?code=522&dialect=text', 'text/plain', '522'],
    ['?code=1020&language=de', 'text/html', '<html lang="de"'],
  ])('/answers/preview%s', async (query, type, text) => {
    const { ask } = await sideWith()
    const answer = await ask(`/answers/preview${query}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      `${type}; charset=UTF-8`,
    ])
    expect(answer.text).toContain(text)
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
    expect((await ask(`/answers${query}`)).status).toBe(200)
  })

  test.each([
    'code=9',
    'code=1020&dialect=xml',
    'code=1020&generation=g9',
    'dialect=__proto__',
    'language=xx',
  ])('?%s is a mistake', async (query) => {
    const { ask } = await sideWith()
    expect((await ask(`/answers?${query}`)).status).toBe(400)
    expect((await ask(`/answers/preview?${query}`)).status).toBe(400)
  })
})

test.each([
  [false, true],
  [true, false],
])(
  'answers: an edge with languages %s says that it speaks English alone: %s',
  async (languages, says) => {
    const { ask } = await sideWith([], { answers: { languages } })
    const { text } = await ask('/answers?code=1020&language=de')
    expect(text).toContain('curl -i -H &#39;Accept-Language: de&#39;')
    expect(text.includes('in English alone')).toBe(says)
  }
)
