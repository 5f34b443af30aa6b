import { request, type Act, type Case, type Who } from './request.ts';

const of = (path: string, query: string, as: Who = 'operator'): Act =>
  request({ as, path: `/api/v1/${path}?${query}` });
const tasks = (query: string): Act => of('tasks', query);
const cursor = (text: string) => `cursor=${Buffer.from(text).toString('base64url')}`;
const id = '00000000-0000-4000-8000-000000000000';
const get = (path: string, as: Who = 'operator'): Act => request({ as, path: `/api/v1/${path}` });
const own = (path: string): Act =>
  request({ as: 'uploader', path: ({ mine }) => `/api/v1/images/${mine.image}${path}` });
const ranged = (range: string | string[], more: Record<string, string> = {}): Act =>
  request({ as: 'uploader', path: ({ mine }) => `/api/v1/images/${mine.image}/original`, headers: { range, ...more } });

/** Queries, addresses and ranges that nobody who means well asks for. */
export const queries: Case[] = [
  ...['-1', '0', '1.5', '1e9', 'NaN', 'Infinity', '[]', '%00', '', '９', '9'.repeat(400)].map((limit): Case => [
    `limit=${limit.slice(0, 9)}`,
    tasks(`limit=${encodeURI(limit)}`),
    '400 bad_request',
  ]),
  ['two limits', tasks('limit=1&limit=2'), '400 bad_request'],
  ['a limit in brackets', tasks('limit[]=1'), '200'],
  ['a limit of a prototype', tasks('__proto__[limit]=1&constructor=1'), '200'],
  ...['tasks', 'people', 'dead-letters'].flatMap((path): Case[] => [
    [`${path}: a cursor that is none`, of(path, 'cursor=planted!', 'admin'), '400 invalid_cursor'],
    [
      `${path}: a cursor of a statement`,
      of(path, cursor("1' OR '1'='1"), 'admin'),
      path === 'people' ? '200' : '400 invalid_cursor',
    ],
    [
      `${path}: a cursor of an object`,
      of(path, cursor('{"seq":{"$gt":0}}'), 'admin'),
      path === 'people' ? '200' : '400 invalid_cursor',
    ],
    [`${path}: a cursor beyond all numbers`, of(path, cursor('9'.repeat(400)), 'admin'), '400 invalid_cursor'],
    [`${path}: a cursor of 5,000 characters`, of(path, `cursor=${'a'.repeat(5000)}`, 'admin'), '400 bad_request'],
    [`${path}: two cursors`, of(path, 'cursor=a&cursor=b', 'admin'), '400 bad_request'],
  ]),
  ['a status there is not', tasks('status=planted'), '400 bad_request'],
  ['10,000 statuses', tasks(`status=${'done,'.repeat(2500)}`), '200'],
  ['a time that is none', tasks('since=yesterday'), '400 bad_request'],
  ['a time in another calendar', tasks('since=-271821-04-20T00:00:00Z'), '400 bad_request'],
  ['a time with a statement', tasks('until=2026-01-01T00:00:00Z%27%20OR%201=1'), '400 bad_request'],
  ['a format of a prototype', tasks('format=constructor'), '400 bad_request'],
  ['a search of 10,000 characters', tasks(`q=${'a'.repeat(10_000)}`), '400 bad_request'],
  ['a search for a statement', tasks('q=%27%3B%20DROP%20TABLE%20tasks%3B--'), '200'],
  ['a search for wildcards', tasks(`q=${'%25'.repeat(100)}_`), '200'],
  ['a search for nulls', tasks('q=%00%00'), '200'],
  ['a search for half a character', tasks('q=%ED%A0%80%FF'), '200'],
  ['a search for words that the search knows', tasks('q=%22%20OR%20NEAR(%2A)%20AND%20NOT'), '200'],
  ['a search for nothing but quotes', tasks(`q=${'%22'.repeat(199)}`), '200'],
  ['people, searched for a statement', of('people', 'q=%27%20OR%201=1--%25_', 'admin'), '200'],
  ['an escape that is none', tasks('q=%zz&limit=%'), '400 bad_request'],
  ['a scope that is none', tasks('scope=everything'), '400 bad_request'],
  ['the scope of all, for an uploader', of('tasks', 'scope=all', 'uploader'), '403 forbidden'],
  ['a series of nothing', of('stats/series', 'metric=__proto__'), '400 bad_request'],
  [
    'a series of a thousand years',
    of('stats/series', 'metric=created&from=1000-01-01T00:00:00Z&to=2000-01-01T00:00:00Z&step=10'),
    '200',
  ],
  ['1,000 parameters', tasks(Array.from({ length: 1000 }, (_, n) => `p${n}=1`).join('&')), '200'],

  ['an id with a null', get(`tasks/${id}%00`), '400 bad_request'],
  ['an id that leads up', get('tasks/..%2f..%2fhealthz'), '400 bad_request'],
  ['an id of 5,000 characters', get(`tasks/${'a'.repeat(5000)}`), '404 not_found'],
  ['an id that is a statement', get("images/1'%20OR%20'1'='1"), '400 bad_request'],
  ['an id that is no escape', get('images/%c0%ae'), '400 bad_request'],
  ['an id of a prototype', get('images/__proto__'), '400 bad_request'],
  ['a derivative further up', own('/derivatives/..%2f..%2f..%2fdarkroom.db'), '404 not_found'],
  ['a derivative further up by backslashes', own('/derivatives/..%5c..%5cdarkroom.db'), '404 not_found'],
  ['a derivative further up, escaped twice', own('/derivatives/%252e%252e%252f'), '404 not_found'],
  ['a derivative with a null', own('/derivatives/large%00.webp'), '404 not_found'],
  ['a derivative of a prototype', own('/derivatives/__proto__'), '404 not_found'],
  ['a derivative of 101 characters', own(`/derivatives/${'a'.repeat(101)}`), '404 not_found'],
  ['a derivative with dots in its way', own('/derivatives/../original'), '404 not_found'],

  ['1,000 ranges', ranged(`bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n}`).join(',')}`), '200'],
  ['ten ranges that overlap', ranged(`bytes=${'0-,'.repeat(9)}0-`), '200'],
  ['two Range headers', ranged(['bytes=0-0', 'bytes=1-1']), '200'],
  ['a range the wrong way around', ranged('bytes=9-1'), '200'],
  ['a range beyond the end', ranged('bytes=99999999-'), '416 range_not_satisfiable'],
  [
    'a range of numbers that are none',
    ranged(`bytes=${'9'.repeat(40)}-${'9'.repeat(50)}`),
    '416 range_not_satisfiable',
  ],
  ['a range of the last of nothing', ranged('bytes=-0'), '416 range_not_satisfiable'],
  ['a range below nothing', ranged('bytes=-1-5'), '200'],
  ['a range of no numbers', ranged('bytes=-'), '200'],
  ['a range of lines', ranged('lines=1-2'), '200'],
  ['a range of another file', ranged('bytes=0-0', { 'if-range': '"planted"' }), '200'],
];
