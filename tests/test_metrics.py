from concurrent.futures import ThreadPoolExecutor

from app import metrics


def test_counts_from_many_threads_are_all_there():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: metrics.count("test.counted", 2), range(500)))
    assert metrics.counts()["test.counted"] == 1000
