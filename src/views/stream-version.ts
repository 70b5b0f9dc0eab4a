/** Version of the shapes of the NDJSON stream. A new minor adds; a new major changes. */
export const STREAM_VERSION = '1.4'
