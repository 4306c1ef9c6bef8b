/** A static file server that knows nothing of the page: it serves a folder below a path, and nothing else. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

export interface StaticServer {
  /** Address of the folder. */
  readonly address: string;
  /** Goes away, with every connection. */
  readonly stop: () => Promise<void>;
}

function addressOf(server: Server, path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

/** Serves a folder. @param path where it appears, for example `/some/folder/` */
export async function serve(folder: string, path: string): Promise<StaticServer> {
  const server = createServer(async ({ url = '' }, response) => {
    const name = url.replace(/[?#].*$/, '');
    const file = normalize(name.slice(path.length)) || '.';
    try {
      if (!name.startsWith(path) || file.startsWith('..')) throw new Error('outside');
      const found = join(folder, file === '.' ? 'index.html' : file);
      const content = await readFile(found);
      response
        .writeHead(200, { 'Content-Type': TYPES[extname(found)] ?? 'application/octet-stream' })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: addressOf(server, path), stop };
}
