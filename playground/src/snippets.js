import { authorised } from './caller.js';
import { documentOf, hasParts, operationOf } from './operation.js';
import { dataType, variablesType } from './typescript.js';

/** What a tab can be copied as, by its name: each is made of the tab's content, the endpoint's URL and the schema. */
export const snippets = { curl: asCurl, fetch: asFetch, TypeScript: asTypeScript };

/** A token is named and not copied: what is copied goes to tickets and chats. */
const needsToken = () => authorised().authorization !== undefined;

function asCurl(content, url) {
  const { parts } = parsed(content);
  const lines = [
    `curl -s ${parts ? '-N ' : ''}${quoted(url)}`,
    "-H 'Content-Type: application/json'",
    ...(parts ? ["-H 'Accept: text/event-stream'"] : []),
    ...(needsToken() ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    `-d ${quoted(JSON.stringify(bodyOf(content)))}`,
  ];
  return `${lines.join(' \\\n  ')}\n`;
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function asFetch(content, url) {
  const { parts, name } = parsed(content);
  const headers = ["'content-type': 'application/json'", ...(needsToken() ? ['authorization: `Bearer ${token}`'] : [])];
  const body = `{ query${content.variables.trim() ? ', variables' : ''}${name ? `, operationName: '${name}'` : ''} }`;
  const consts = [`const query = ${template(content.query)};`, ...(content.variables.trim() ? [`const variables = ${content.variables.trim()};`] : [])];
  const rest = parts
    ? [
        `const client = createClient({ url: '${url}'${needsToken() ? ', headers: { authorization: `Bearer ${token}` }' : ''} });`,
        `for await (const part of client.iterate(${body})) {`,
        '  console.log(part);',
        '}',
      ]
    : [
        `const response = await fetch('${url}', {`,
        "  method: 'POST',",
        `  headers: { ${headers.join(', ')} },`,
        `  body: JSON.stringify(${body}),`,
        '});',
        'const { data, errors } = await response.json();',
        'console.log(data, errors);',
      ];
  return `${[...(parts ? ["import { createClient } from 'graphql-sse';", ''] : []), ...consts, ...rest].join('\n')}\n`;
}

function asTypeScript(content, url, schema) {
  const { document, operation, parts, name } = parsed(content);
  const types = [
    `export type Data = ${schema && operation ? dataType(schema, document, operation) : 'unknown'};`,
    '',
    `export type Variables = ${schema && operation ? variablesType(schema, operation) : 'Record<string, unknown>'};`,
  ];
  const called = name ? name[0].toLowerCase() + name.slice(1) : 'operation';
  const named = name ? `, operationName: '${name}'` : '';
  const some = operation?.variableDefinitions?.length > 0;
  const parameters = [...(some ? ['variables: Variables'] : []), ...(needsToken() ? ['token: string'] : [])].join(', ');
  const body = `{ query${some ? ', variables' : ''}${named} }`;
  const rest = parts
    ? [
        `export function ${called}(${parameters}) {`,
        `  const client = createClient({ url: '${url}'${needsToken() ? ', headers: { authorization: `Bearer ${token}` }' : ''} });`,
        `  return client.iterate<Data>(${body});`,
        '}',
      ]
    : [
        `export async function ${called}(${parameters}): Promise<Data> {`,
        `  const response = await fetch('${url}', {`,
        "    method: 'POST',",
        `    headers: { 'content-type': 'application/json'${needsToken() ? ', authorization: `Bearer ${token}`' : ''} },`,
        `    body: JSON.stringify(${body}),`,
        '  });',
        '  const { data, errors } = (await response.json()) as { data?: Data | null; errors?: { message: string }[] };',
        '  if (!data) {',
        "    throw new Error(errors?.map(({ message }) => message).join(' ') ?? response.statusText);",
        '  }',
        '  return data;',
        '}',
      ];
  const head = parts ? ["import { createClient } from 'graphql-sse';", ''] : [];
  return `${[...head, `const query = /* GraphQL */ ${template(content.query)};`, '', ...types, '', ...rest].join('\n')}\n`;
}

function template(text) {
  return `\`${text.trimEnd().replace(/[\\`]|\$(?=\{)/g, '\\$&')}\``;
}

function parsed(content) {
  const document = documentOf(content.query);
  const operation = operationOf(content);
  return { document, operation, parts: operation ? hasParts(document, operation) : false, name: operation?.name?.value };
}

function bodyOf(content) {
  let variables;
  try {
    variables = content.variables.trim() ? JSON.parse(content.variables) : undefined;
  } catch {
    variables = undefined; // they are not written to their end
  }
  return { query: content.query, variables, operationName: operationOf(content)?.name?.value };
}
