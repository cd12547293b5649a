// The types of the documents say what docs/schemas/protocol.schema.json says, for every operation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const schemas = join(here, '..', 'docs', 'schemas');
const documents = new Map();

function schemaFile(name) {
  if (!documents.has(name)) documents.set(name, JSON.parse(readFileSync(join(schemas, name), 'utf8')));
  return documents.get(name);
}

/** The schema that `schema` refers to, and the file it stands in. */
function resolved(schema, file) {
  if (schema.$ref === undefined) return [schema, file];
  const [name, pointer = ''] = schema.$ref.split('#');
  const target = name || file;
  const parts = pointer.split('/').filter(Boolean);
  const found = parts.reduce((value, part) => value[part], schemaFile(target));
  assert.ok(found, `${schema.$ref} in ${file}`);
  return resolved(found, target);
}

const configuration = ts.readConfigFile(join(here, 'tsconfig.json'), ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, here);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();
const engine = program.getSourceFile(join(here, 'ts', 'engine.ts'));
const indexType = checker.getTypeAtLocation(engine.statements.find((statement) => ts.isClassDeclaration(statement)));

function member(type, name) {
  const symbol = type.getProperty(name);
  assert.ok(symbol, `there is no ${name}`);
  return checker.getTypeOfSymbolAtLocation(symbol, engine);
}

/** The method that an operation has. */
function signatures(operation) {
  if (operation.startsWith('cache_')) return member(member(indexType, 'cache'), operation.slice(6)).getCallSignatures();
  const name = operation.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return member(indexType, name).getCallSignatures();
}

function withoutNothing(type) {
  const parts = type.isUnion() ? type.types : [type];
  return parts.filter((part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
}

/** Adds to `wrong` where `type` and `schema` differ. */
function compare([schema, file], type, path, wrong) {
  const [found, where] = resolved(schema, file);
  const parts = withoutNothing(type);
  if (found.anyOf) {
    const objects = found.anyOf.map((one) => resolved(one, where)).filter(([one]) => one.type !== 'null');
    if (objects.length === 1) compare(objects[0], type, path, wrong);
    return;
  }
  if (found.enum && found.enum.every((value) => typeof value === 'string')) {
    const names = parts.filter((part) => part.isStringLiteral()).map((part) => part.value).sort();
    const expected = [...found.enum].sort();
    // A language is any text here: the addon of another version may know more of them.
    if (names.length > 0 && names.join() !== expected.join()) wrong.push(`${path}: ${names} are not ${expected}`);
  }
  if (found.items) {
    const arrays = parts.filter((part) => checker.isArrayType(part));
    if (arrays.length === 0) return void wrong.push(`${path}: it is no list`);
    compare([found.items, where], checker.getTypeArguments(arrays[0])[0], `${path}[]`, wrong);
  }
  if (found.properties) compareProperties([found, where], parts, path, wrong);
}

function compareProperties([schema, file], parts, path, wrong) {
  const objects = parts.filter((part) => part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection));
  if (objects.length !== 1) return void (objects.length === 0 && wrong.push(`${path}: it is no object`));
  const names = objects[0].getProperties().map((property) => property.name);
  for (const name of Object.keys(schema.properties)) {
    const property = objects[0].getProperty(name);
    if (property === undefined) {
      wrong.push(`${path}.${name}: it is missing`);
      continue;
    }
    const isRequired = schema.required?.includes(name) ?? false;
    const isOptional = Boolean(property.flags & ts.SymbolFlags.Optional);
    if (schema.required && isRequired === isOptional) wrong.push(`${path}.${name}: required is ${isRequired}`);
    compare([schema.properties[name], file], checker.getTypeOfSymbolAtLocation(property, engine), `${path}.${name}`, wrong);
  }
  for (const name of names.filter((name) => !(name in schema.properties))) wrong.push(`${path}.${name}: it is unknown`);
}

const protocol = 'protocol.schema.json';
const definitions = schemaFile(protocol).$defs;
const operations = Object.keys(definitions).filter((name) => name.startsWith('answer_')).map((name) => name.slice(7));

test('every operation has a method whose answer is the one of the schema', () => {
  assert.ok(operations.length > 30);
  const wrong = [];
  for (const operation of operations) {
    const [signature] = signatures(operation);
    const [promised] = checker.getTypeArguments(checker.getReturnTypeOfSignature(signature));
    // The number itself is given, which is all that the document holds.
    if (operation === 'generation') continue;
    compare([definitions[`answer_${operation}`], protocol], promised, operation, wrong);
  }
  assert.deepEqual(wrong, []);
});

test('what operations take is what the schema says', () => {
  const wrong = [];
  let compared = 0;
  for (const operation of operations) {
    const [first] = signatures(operation)[0].getParameters();
    const params = resolved(definitions[`call_${operation}`].properties.params ?? {}, protocol);
    const type = first && checker.getTypeOfSymbolAtLocation(first, engine);
    const objects = type ? withoutNothing(type).filter((part) => part.flags & ts.TypeFlags.Object && !checker.isArrayType(part) && !(part.symbol?.name === 'ReadonlyArray')) : [];
    const takesOptions = first && ['options', 'configuration', 'receipt'].includes(first.name);
    if (takesOptions || objects.length !== 1 || params[0].properties === undefined) continue;
    compare(params, objects[0], `${operation}()`, wrong);
    compared += 1;
  }
  assert.deepEqual(wrong, []);
  assert.ok(compared >= 12, `${compared}`);
});
