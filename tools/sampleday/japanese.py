"""Syslog whose messages are in Shift_JIS and EUC-JP, as old ward systems and file servers still send it."""
from .core import DAY_MS, HOUR_MS, Rng, syslog_time

SJIS_PATH = "logs/syslog/uketsuke-sjis.log"
EUC_PATH = "logs/syslog/nas-eucjp.log"
RECEPTION = ["再来受付機：患者カードを読み取りました 番号=%d", "再来受付機：用紙が少なくなっています 残=%d",
             "会計表示盤：番号 %d を表示しました", "自動精算機：つり銭を補充してください 機番=%d",
             "プリンター：トナー交換時期です 残量=%d"]
STORAGE = ["共有フォルダー「連携」の容量が %d％ になりました", "ログイン成功：利用者=jimu 接続元=10.20.10.%d",
           "バックアップが完了しました 件数=%d", "ディスク温度 %d 度（正常）", "予備電源：出力 %d Ｗ"]


def ordinary(book, hospital, day_ms, day):
    rng = Rng(hospital.seed, "japanese/%d" % day)
    for path, encoding, host, program, texts, count in (
            (SJIS_PATH, "cp932", "uketsuke01", "saiki", RECEPTION, 600),
            (EUC_PATH, "euc_jp", "nas02", "kanri", STORAGE, 300)):
        sink = book.sink(path, encoding=encoding)
        for _ in range(count):
            at = day_ms + (8 * HOUR_MS + rng.below(9 * HOUR_MS) if rng.chance(0.8) else rng.below(DAY_MS))
            sink.add(at, "%s %s %s[%d]: %s" % (syslog_time(at), host, program, 400 + rng.below(90),
                                               rng.pick(texts) % (1 + rng.below(96))))
