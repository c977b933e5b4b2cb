CREATE TABLE depot (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, open_until TIME NULL, load_count INT NOT NULL DEFAULT 0);
CREATE TABLE parcel (code CHAR(10) PRIMARY KEY, depot_id INT NULL, weight DOUBLE NOT NULL DEFAULT 0);
CREATE TABLE scan (id INT AUTO_INCREMENT PRIMARY KEY, parcel_code CHAR(10) NOT NULL, depot_id INT NOT NULL, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO depot (id, name, open_until) VALUES (1, 'Lübeck', '20:00'), (2, 'Odense', '18:00'), (3, 'Malmö', NULL), (4, 'Gdynia', '19:30'), (5, 'Turku', NULL);
INSERT INTO parcel (code, depot_id, weight) SELECT CONCAT('PX', LPAD(seq, 8, '0')), IF(seq % 6 = 0, NULL, seq % 5 + 1), seq % 30 FROM seq_1_to_600;
