/** The parts of kafkajs' inside that `kafka.ts` mends. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    connect: (this: Connection) => Promise<void>;
  }
}
