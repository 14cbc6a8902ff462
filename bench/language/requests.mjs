// The request stream that rules are judged on: the same at each run, mostly people, some tools, a few attacks.
import { random } from './random.mjs'

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0',
  'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
]
const TOOLS = ['curl/8.14.1', 'python-requests/2.32.4', 'Go-http-client/1.1', 'tool-17/1.0']
const HOSTS = ['shop.test', 'shop.test', 'shop.test', 'www.shop.test', 'api.shop.test']
const PATHS = [
  '/',
  '/products/blue-shoes-42',
  '/category/women/dresses',
  '/assets/app.3f9c2a.js',
  '/images/hero/summer-sale.webp',
  '/api/v1/cart/items',
  '/checkout/payment',
  '/search',
  '/blog/2026/11/how-we-pack',
  '/account/orders/18231',
]
const ATTACKED = ['/wp-login.php', '/backup-3/dump.sql', '/old-12/setup', '/.env', '/panel-7/login']
const QUERIES = [
  '',
  '',
  '',
  'page=2&sort=price',
  'utm_source=mail&utm_campaign=autumn',
  'q=red+boots',
]
const COUNTRIES = ['US', 'DE', 'FR', 'GB', 'NL', 'PL', 'ES', 'IT', 'CA', 'AT', 'CH', 'JP']
const NETWORKS = [7922, 3320, 3215, 2856, 1136, 5617, 3352, 3269, 812, 8447, 3303, 2516]
/** No two clients send the same ones. */
const SOME_HEADERS = {
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
  'sec-ch-ua-platform': '"Linux"',
  'upgrade-insecure-requests': '1',
  referer: 'https://shop.test/',
  dnt: '1',
  priority: 'u=0, i',
}
const RISKY_SHARE = 0.04

/** Requests as field values by name; addresses as text. */
export const requests = (count) => {
  const next = random(1020)
  const pick = (items) => items[Math.floor(next() * items.length)]
  return Array.from({ length: count }, () => {
    const isRisky = next() < RISKY_SHARE
    const at = Math.floor(next() * COUNTRIES.length)
    const userAgent = pick(isRisky ? TOOLS : BROWSERS)
    const host = pick(HOSTS)
    return {
      method: next() < 0.15 ? 'POST' : 'GET',
      host,
      path: pick(isRisky ? ATTACKED : PATHS),
      query: pick(QUERIES),
      userAgent,
      country: COUNTRIES[at],
      asn: NETWORKS[at],
      ip: `${20 + Math.floor(next() * 150)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.${1 + Math.floor(next() * 254)}`,
      headers: {
        host,
        'user-agent': userAgent,
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'accept-encoding': 'gzip, deflate, br, zstd',
        ...Object.fromEntries(Object.entries(SOME_HEADERS).filter(() => next() < 0.6)),
        cookie: `session=${Math.floor(next() * 1e9).toString(36)}; theme=dark`,
      },
    }
  })
}
