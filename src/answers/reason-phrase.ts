/** IANA's registry of status codes, as far as the edge answers with them by itself. */
const PHRASES: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

/**
 * The words behind a status in the first line of HTTP/1. A status without a registered phrase, 520 to 530 among them, has
 * Cloudflare's `<none>`: HTTP clients print it in their messages ("522 <none>"), and programs look for it there.
 *
 * @example reasonPhrase(403) // 'Forbidden'
 * @example reasonPhrase(522) // '<none>'
 */
export const reasonPhrase = (status: number): string => PHRASES[status] ?? '<none>'
