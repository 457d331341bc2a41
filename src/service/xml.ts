/** Escapes text for XML, as content and in attributes. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
  return text.replace(/[&<>"]/g, (character) => `&${entities[character]};`)
}
