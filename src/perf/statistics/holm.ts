/** p-values made comparable with one level for all of them together (Holm 1979), in the order given. */
export function holmAdjust(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((left, right) => (pValues[left] ?? 1) - (pValues[right] ?? 1))
  const adjusted = [...pValues]
  let running = 0
  order.forEach((index, position) => {
    running = Math.max(running, Math.min(1, (pValues.length - position) * (pValues[index] ?? 1)))
    adjusted[index] = running
  })
  return adjusted
}
