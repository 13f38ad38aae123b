#pragma once

/// Dimensionless corrections on what kernels say, as AI Configurator applies them (data/efficiency/corrections.yaml).
namespace dynamo::facts {

// Of the disaggregated composition.
extern const double kPrefillLatencyFactor;
extern const double kDecodeLatencyFactor;
extern const double kTtftQueueing;
extern const double kPrefillUtilisation;
extern const double kDecodeUtilisation;

// Of kernels.
extern const double kBesidePrefillAttention;
extern const double kOverlappedLaunches;
extern const double kDecodePositionLow;
extern const double kDecodePositionHigh;

}  // namespace dynamo::facts
