// What the command uses of undici, each part loaded when it is first used. undici's own index loads all of it at once, fetch, caches
// and mocks included, which takes longer than reading a large design.
const Dispatcher = require('undici/lib/dispatcher/dispatcher.js')

Object.assign(Dispatcher.prototype, require('undici/lib/api/index.js'))

module.exports = {
  get Agent() {
    return require('undici/lib/dispatcher/agent.js')
  },
  get EnvHttpProxyAgent() {
    return require('undici/lib/dispatcher/env-http-proxy-agent.js')
  },
  get Pool() {
    return require('undici/lib/dispatcher/pool.js')
  },
  get ProxyAgent() {
    return require('undici/lib/dispatcher/proxy-agent.js')
  },
  get Socks5ProxyAgent() {
    return require('undici/lib/dispatcher/socks5-proxy-agent.js')
  },
  get request() {
    return request
  },
}

let shared

/** One request as undici's own `request` makes it: over the dispatcher given, or one for all. */
function request(url, { dispatcher, ...options } = {}) {
  const { origin, pathname, search } = new URL(url)
  if (dispatcher === undefined) shared ??= new module.exports.Agent()
  return (dispatcher ?? shared).request({ method: 'GET', ...options, origin, path: `${pathname}${search}` })
}
