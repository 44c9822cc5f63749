import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient, type CallOptions, type Client, type Transport } from "@connectrpc/connect";
import { Calls, type CallDefaults, type Platform } from "./calls.js";
import * as v1 from "./generated/v1.js";
import { Pages } from "./pages.js";
import { watch, type Watch } from "./watch.js";

/** Something for each of the three services. */
export interface Services<T> {
  readonly definition: T;
  readonly measurement: T;
  readonly evaluation: T;
}

/**
 * A client of the KPI suite. Make one and keep it: it may be used by everything at once. Unary
 * calls that fail with UNAVAILABLE are tried up to 4 times; all errors are KpiSuiteError.
 */
export class KpiSuiteClient {
  /** Stub of the definitions. */
  readonly definitions: Client<typeof v1.DefinitionService>;
  /** Stub of the samples. */
  readonly measurements: Client<typeof v1.MeasurementService>;
  /** Stub of the states. */
  readonly evaluations: Client<typeof v1.EvaluationService>;

  /** Over transports of Connect; `connect` of the entries node and web makes the usual ones. */
  constructor(transports: Services<Transport>, defaults: CallDefaults = {}, platform?: Platform) {
    const calls = (transport: Transport): Calls => new Calls(transport, defaults, platform);
    this.definitions = createClient(v1.DefinitionService, calls(transports.definition));
    this.measurements = createClient(v1.MeasurementService, calls(transports.measurement));
    this.evaluations = createClient(v1.EvaluationService, calls(transports.evaluation));
  }

  /** All definitions of a list. */
  listDefinitions(
    request: MessageInitShape<typeof v1.ListDefinitionsRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Definition> {
    return new Pages(async (pageToken) => {
      const page = await this.definitions.listDefinitions({ ...request, pageToken }, options);
      return [page.definitions, page.nextPageToken];
    });
  }

  /** All revisions of a definition, newest first. */
  listRevisions(
    request: MessageInitShape<typeof v1.ListRevisionsRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Definition> {
    return new Pages(async (pageToken) => {
      const page = await this.definitions.listRevisions({ ...request, pageToken }, options);
      return [page.revisions, page.nextPageToken];
    });
  }

  /** All templates of a list. */
  listTemplates(
    request: MessageInitShape<typeof v1.ListTemplatesRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Template> {
    return new Pages(async (pageToken) => {
      const page = await this.definitions.listTemplates({ ...request, pageToken }, options);
      return [page.templates, page.nextPageToken];
    });
  }

  /** All samples of a reading. */
  readSamples(
    request: MessageInitShape<typeof v1.ReadSamplesRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Sample> {
    return new Pages(async (pageToken) => {
      const page = await this.measurements.readSamples({ ...request, pageToken }, options);
      return [page.samples, page.nextPageToken];
    });
  }

  /** All series of a metric. */
  listSeries(
    request: MessageInitShape<typeof v1.ListSeriesRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Series> {
    return new Pages(async (pageToken) => {
      const page = await this.measurements.listSeries({ ...request, pageToken }, options);
      return [page.series, page.nextPageToken];
    });
  }

  /** All states of a list. */
  listStates(
    request: MessageInitShape<typeof v1.ListStatesRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.KpiState> {
    return new Pages(async (pageToken) => {
      const page = await this.evaluations.listStates({ ...request, pageToken }, options);
      return [page.states, page.nextPageToken];
    });
  }

  /** The whole history of one window and slice. */
  history(
    request: MessageInitShape<typeof v1.GetHistoryRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.HistoryEntry> {
    return new Pages(async (pageToken) => {
      const page = await this.evaluations.getHistory({ ...request, pageToken }, options);
      return [page.entries, page.nextPageToken];
    });
  }

  /** All rows of a leaderboard, by rank. */
  leaderboard(
    request: MessageInitShape<typeof v1.GetLeaderboardRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.LeaderboardRow> {
    return new Pages(async (pageToken) => {
      const page = await this.evaluations.getLeaderboard({ ...request, pageToken }, options);
      return [page.rows, page.nextPageToken];
    });
  }

  /** All check-ins of a list. */
  listCheckIns(
    request: MessageInitShape<typeof v1.ListCheckInsRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.CheckIn> {
    return new Pages(async (pageToken) => {
      const page = await this.evaluations.listCheckIns({ ...request, pageToken }, options);
      return [page.checkIns, page.nextPageToken];
    });
  }

  /** All alerts of a list. */
  listAlerts(
    request: MessageInitShape<typeof v1.ListAlertsRequestSchema>,
    options?: CallOptions,
  ): Pages<v1.Alert> {
    return new Pages(async (pageToken) => {
      const page = await this.evaluations.listAlerts({ ...request, pageToken }, options);
      return [page.alerts, page.nextPageToken];
    });
  }

  /** States as they change: the current ones, then `inSync`, then each change. */
  watchStates(
    request: MessageInitShape<typeof v1.WatchStatesRequestSchema>,
    options?: CallOptions,
  ): Watch<v1.WatchStatesResponse> {
    const next = copy(v1.WatchStatesRequestSchema, request);
    return watch(
      (signal) => this.evaluations.watchStates(next, { ...options, signal }),
      ({ resumeToken }) => (next.resumeToken = resumeToken),
      options?.signal,
    );
  }

  /** Definitions as they change, after `afterPosition`. */
  watchDefinitions(
    request: MessageInitShape<typeof v1.WatchDefinitionsRequestSchema>,
    options?: CallOptions,
  ): Watch<v1.WatchDefinitionsResponse> {
    const next = copy(v1.WatchDefinitionsRequestSchema, request);
    return watch(
      (signal) => this.definitions.watchDefinitions(next, { ...options, signal }),
      ({ position, incarnation }) => {
        // Only the last message of a set has a position: a set that was cut comes again.
        if (position === 0n) return;
        next.afterPosition = position;
        next.incarnation = incarnation;
      },
      options?.signal,
    );
  }

  /** Samples as they change, for each partition without gaps. */
  readChanges(
    request: MessageInitShape<typeof v1.ReadChangesRequestSchema>,
    options?: CallOptions,
  ): Watch<v1.ReadChangesResponse> {
    const next = copy(v1.ReadChangesRequestSchema, request);
    return watch(
      (signal) => this.measurements.readChanges(next, { ...options, signal }),
      ({ batches }) => {
        for (const { position } of batches) {
          const at = next.after.findIndex((after) => after.part === position?.part);
          if (position && at >= 0) next.after[at] = position;
        }
      },
      options?.signal,
    );
  }
}

function copy<D extends Parameters<typeof create>[0]>(schema: D, request: MessageInitShape<D>) {
  return clone(schema, create(schema, request));
}
