package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestAlarm(t *testing.T) {
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	alarm := newAlarm(slog.New(slog.NewTextHandler(&log, nil)), registry)
	alarm("structure", []string{"json", "log"})
	if !strings.Contains(log.String(), "method=structure") || !strings.Contains(log.String(), "json log") {
		t.Errorf("log: %s", log.String())
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || families[0].GetMetric()[0].GetCounter().GetValue() != 1 {
		t.Errorf("metrics: %v, %v", families, err)
	}
}
