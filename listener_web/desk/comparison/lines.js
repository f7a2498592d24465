/** Reads an answer that comes line by line, each line a JSON value. */

/**
 * The values in the lines of an answer, each as soon as its line is there. Spaces between them keep the
 * connection open and are left out.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<any, void>}
 */
export async function* linesOf(response) {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
    if (done) return;
  }
}
