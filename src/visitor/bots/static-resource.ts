/** developers.cloudflare.com/bots/additional-configurations/static-resources/, read 2026-11-23. */
const EXTENSIONS = new Set(
  (
    'ico jpg png jpeg gif css js tif tiff bmp pict webp svg svgz class jar txt csv doc docx xls xlsx pdf ps pls ppt ' +
    'pptx ttf otf woff woff2 eot eps ejs swf torrent midi mid m3u8 m4a mp3 ogg ts'
  ).split(' ')
)
const LONGEST_EXTENSION = Math.max(...[...EXTENSIONS].map(({ length }) => length))
const WELL_KNOWN = '/.well-known/'

/**
 * `cf.bot_management.static_resource`: whether a path (without query) has one of Cloudflare's extensions for static files,
 * or is under `/.well-known/`. Extensions count in any case; Cloudflare does not document the case.
 *
 * @example isStaticResource('/app/main.JS') // true
 */
export const isStaticResource = (path: string): boolean => {
  if (path.startsWith(WELL_KNOWN)) return true
  // Only the end of a long path is read.
  const tail = path.slice(-LONGEST_EXTENSION - 1)
  const dot = tail.lastIndexOf('.')
  return dot >= 0 && EXTENSIONS.has(tail.slice(dot + 1).toLowerCase())
}
