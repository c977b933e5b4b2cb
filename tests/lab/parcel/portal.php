<?php
// The portal of the parcel service: tracking for customers, scans from the depots' handhelds.
declare(strict_types=1);

const VERSION = '5.1.4';
openlog('portal', LOG_PID, LOG_LOCAL0);

function answer(int $status, array $body): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($body);
}

function database(): PDO
{
    $address = 'mysql:host=db.parcel.example;dbname=parcel;charset=utf8mb4';
    return new PDO($address, 'portal', getenv('DATABASE_PASSWORD'), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_TIMEOUT => 3,
        PDO::ATTR_EMULATE_PREPARES => true,
    ]);
}

function cache(): Memcached
{
    $cache = new Memcached();
    $cache->setOption(Memcached::OPT_CONNECT_TIMEOUT, 200);
    $cache->addServer('cache.parcel.example', 11211);
    return $cache;
}

function publish(array $scan): void
{
    $connection = new AMQPConnection([
        'host' => 'mq.parcel.example',
        'login' => 'portal',
        'password' => getenv('BROKER_PASSWORD'),
        'connect_timeout' => 2,
        'read_timeout' => 3,
        'write_timeout' => 3,
        'rpc_timeout' => 3,
    ]);
    $connection->connect();
    $channel = new AMQPChannel($connection);
    $channel->confirmSelect();
    $channel->setConfirmCallback(fn () => false, fn () => false);
    $exchange = new AMQPExchange($channel);
    $exchange->publish(json_encode($scan), 'scans', AMQP_NOPARAM, ['delivery_mode' => 2]);
    $channel->waitForConfirm(3);
    $connection->disconnect();
}

function find_parcel(string $code): ?array
{
    $statement = database()->prepare(
        'SELECT parcel.code, parcel.weight, depot.name AS depot, depot.open_until'
        . ' FROM parcel LEFT JOIN depot ON depot.id = parcel.depot_id WHERE parcel.code = ?'
    );
    $statement->execute([$code]);
    return $statement->fetch(PDO::FETCH_ASSOC) ?: null;
}

function describe(array $parcel): array
{
    return ['code' => $parcel['code'], 'depot' => $parcel['depot'] ?? 'on its way'];
}

function track(string $code): void
{
    $cache = cache();
    $known = $cache->get("track:$code");
    if (is_array($known)) {
        answer(200, $known);
        return;
    }
    $parcel = find_parcel($code);
    if ($parcel === null) {
        syslog(LOG_NOTICE, "unknown parcel $code asked for, answered 404");
        answer(404, ['error' => 'no such parcel']);
        return;
    }
    $body = describe($parcel);
    $cache->set("track:$code", $body, 4);
    syslog(LOG_INFO, "tracked $code");
    answer(200, $body);
}

function scan(): void
{
    $scan = json_decode(file_get_contents('php://input'), true);
    if (!is_array($scan) || !isset($scan['parcel'])) {
        syslog(LOG_WARNING, 'scan without a parcel refused, answered 422');
        answer(422, ['error' => 'parcel is required']);
        return;
    }
    publish($scan);
    syslog(LOG_INFO, "scan of {$scan['parcel']} in depot {$scan['depot']} queued");
    answer(202, ['queued' => true]);
}

function board(int $depot): void
{
    $context = stream_context_create(['http' => ['timeout' => 2]]);
    $text = @file_get_contents('http://sorter.parcel.example:7080/status', false, $context);
    if ($text === false) {
        $why = error_get_last()['message'] ?? 'unknown';
        syslog(LOG_ERR, "board of depot $depot: sorter does not answer: $why");
        answer(502, ['error' => 'sorter unavailable']);
        return;
    }
    answer(200, ['depot' => $depot, 'sorter' => json_decode($text, true)]);
}

function main(): void
{
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    match ($path) {
        '/track' => track($_GET['code'] ?? ''),
        '/depot/scan' => scan(),
        '/depot/board' => board((int) ($_GET['depot'] ?? 0)),
        '/version' => answer(200, ['version' => VERSION]),
        default => answer(404, ['error' => 'not found']),
    };
}

try {
    main();
} catch (PDOException | AMQPException $failed) {
    syslog(LOG_ERR, sprintf('%s: %s in %s:%d', get_class($failed), $failed->getMessage(), $failed->getFile(), $failed->getLine()));
    answer(500, ['error' => 'try again later']);
}
