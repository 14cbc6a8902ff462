import { describe, expect, test } from 'vitest'
import { read } from './given.fixture.ts'

const printed = (source: string) => String(read(source, { expect: 'any' }))

describe('canonical text', () => {
  test.each([
    ['text=="a"', 'text eq "a"'],
    ['text!="a"', 'text ne "a"'],
    ['number<1', 'number lt 1'],
    ['number<=1', 'number le 1'],
    ['number>1', 'number gt 1'],
    ['number>=1', 'number ge 1'],
    ['number&1', 'number bitwise_and 1'],
    ['text~"a"', 'text matches r"a"'],
    ['text strict wildcard "a*"', 'text strict wildcard "a*"'],
    ['!flag', 'not flag'],
    ['!!flag', 'not not flag'],
    ['flag&&ssl', 'flag and ssl'],
    ['flag||ssl^^flag', 'flag or ssl xor flag'],
    ['  (  flag  )  ', 'flag'],
    ['((flag and ssl))', 'flag and ssl'],
    ['(flag and ssl) or flag', 'flag and ssl or flag'],
    ['flag and (ssl or flag)', 'flag and (ssl or flag)'],
    ['flag or (ssl or flag)', 'flag or (ssl or flag)'],
    ['(flag or ssl) xor flag', '(flag or ssl) xor flag'],
    ['not(flag and ssl)', 'not (flag and ssl)'],
    ['not(flag)', 'not flag'],
    ['true', 'true'],
    ['not(false)', 'not false'],
    ['any( flags )', 'any(flags)'],
    ['all((items[*]=="a")and(flags))', 'all((items[*] eq "a" and flags))'],
    ['any(not(flags))', 'any(not flags)'],
  ])('%s is %s', (source, expected) => {
    expect(printed(source)).toBe(expected)
    expect(printed(expected)).toBe(expected)
  })

  test.each([
    ['text eq r"a"', 'text eq "a"'],
    ['text eq r#"a"b"#', 'text eq "a\\"b"'],
    ['text eq r"\\"', 'text eq "\\\\"'],
    ['text eq 61:62', 'text eq "ab"'],
    ['text eq "\\x41\\102"', 'text eq "AB"'],
    ['text eq "\\xc3\\xa9"', 'text eq "é"'],
    ['text eq "é😀"', 'text eq "é😀"'],
    ['text eq "\\xff"', 'text eq "\\xff"'],
    ['text eq "é\\xff"', 'text eq "\\xc3\\xa9\\xff"'],
    ['text eq "\\"\\xff\\\\"', 'text eq "\\"\\xff\\\\"'],
    ['text eq "a\nb\tc\\x7f"', 'text eq "a\\x0ab\\x09c\\x7f"'],
    ['text eq "\\xef\\xbb\\xbfa"', 'text eq "\ufeffa"'],
    ['text in {"b""a" "b"}', 'text in {"b" "a" "b"}'],
    ['text in {}', 'text in {}'],
    ['text in $my.list_1', 'text in $my.list_1'],
    ['number eq 0x1F', 'number eq 31'],
    ['number eq 017', 'number eq 15'],
    ['number eq -017', 'number eq -17'],
    ['number eq 9223372036854775807', 'number eq 9223372036854775807'],
    ['number in {1..1 2..3 -3..-1}', 'number in {1 2..3 -3..-1}'],
    ['address eq 2001:DB8:0:0:0:0:0:1', 'address eq 2001:db8::1'],
    ['address in {10/8 1.2.3}', 'address in {10.0.0.0/8 1.2.3.0}'],
    ['address in {10.0.0.0..10.255.255.255}', 'address in {10.0.0.0/8}'],
    ['address in {10.0.0.1..10.0.0.2}', 'address in {10.0.0.1..10.0.0.2}'],
    ['address in {10.0.0.1/32 ::/0 0.0.0.0/0}', 'address in {10.0.0.1 ::/0 0.0.0.0/0}'],
    ['text matches "a\\"b"', 'text matches r#"a"b"#'],
    ['text matches "a[\\"]\\."', 'text matches r#"a[\\"]\\."#'],
    ['text matches r##"a"#b"##', 'text matches r##"a"#b"##'],
    ['text wildcard r"\\*"', 'text wildcard "\\\\*"'],
  ])('%s is %s', (source, expected) => {
    expect(printed(source)).toBe(expected)
    expect(printed(expected)).toBe(expected)
  })

  test.each([
    ['items[ 0 ] eq "a"', 'items[0] eq "a"'],
    ['names[ "a" ] eq "a"', 'names["a"] eq "a"'],
    ['names["\\"\\x41"] eq "a"', 'names["\\"A"] eq "a"'],
    ['names["é"] eq "a"', 'names["é"] eq "a"'],
    ['grid[ * ][0]', 'grid[*][0]'],
    ['old.text eq "a"', 'text eq "a"'],
    ['lower ( upper( text ) )', 'lower(upper(text))'],
    ['concat(text,"a" , 1,10.0.0.1,61:62)', undefined],
    ['concat(text,"a",r"b",61:62)', 'concat(text, "a", "b", "ab")'],
    ['cidr(address,24,48)', 'cidr(address, 24, 48)'],
    ['to_string(not flag)', 'to_string(not flag)'],
    ['to_string(flag)', 'to_string(flag)'],
    ['to_string((flag))', 'to_string((flag))'],
    ['to_string(true)', 'to_string(true)'],
    ['to_string((flag or ssl))', 'to_string((flag or ssl))'],
    ['to_string(text=="a")', 'to_string(text eq "a")'],
    ['number lt len( text )', 'number lt len(text)'],
    ['starts_with(text,"a")', 'starts_with(text, "a")'],
    ['split(text,",",3)[1]', 'split(text, ",", 3)[1]'],
  ])('%s is %s', (source, expected) => {
    if (expected === undefined) expect(() => read(source, { expect: 'any' })).toThrow()
    else {
      expect(printed(source)).toBe(expected)
      expect(printed(expected)).toBe(expected)
    }
  })
})
