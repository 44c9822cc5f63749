// What this package shares with those of the other languages.
export const version = "0.1.0";
export const serviceConfig = {
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.1s",
      "maxBackoff": "1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }, {
    "name": [
      {"service": "kpisuite.v1.DefinitionService", "method": "WatchDefinitions"},
      {"service": "kpisuite.v1.MeasurementService", "method": "StreamSamples"},
      {"service": "kpisuite.v1.MeasurementService", "method": "QueryAggregates"},
      {"service": "kpisuite.v1.MeasurementService", "method": "ReadChanges"},
      {"service": "kpisuite.v1.EvaluationService", "method": "WatchStates"}
    ]
  }]
} as const;
