/**
 * One IP address, parsed. IPv4 sits in `d` as an unsigned 32-bit number (a, b, c are 0); IPv6 is four unsigned 32-bit
 * words, most significant first. Immutable; make it with `parseIp`.
 */
export class Ip {
  constructor(
    readonly family: 4 | 6,
    readonly a: number,
    readonly b: number,
    readonly c: number,
    readonly d: number
  ) {}
}
