/** How the Gateway API, and meshes that took its words over, compare the beginning of a path: by whole elements, a slash at the end left out. */
export const BY_ELEMENT = 'by whole elements: `prefix: /cart` matches /cart and /cart/1, and not /carts'
