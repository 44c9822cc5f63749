"""What a vector needs of a client, once for threads and once for asyncio."""

import asyncio
import threading

import grpc

import kpisuite
import kpisuite.aio

STUBS = {"DefinitionService": "definitions", "MeasurementService": "measurements",
         "EvaluationService": "evaluations"}
PAGES = {"DefinitionService.ListDefinitions": "list_definitions",
         "DefinitionService.ListRevisions": "list_revisions",
         "DefinitionService.ListTemplates": "list_templates",
         "MeasurementService.ReadSamples": "read_samples",
         "MeasurementService.ListSeries": "list_series",
         "EvaluationService.ListStates": "list_states",
         "EvaluationService.GetHistory": "get_history"}
WATCHES = {"EvaluationService.WatchStates": "watch_states",
           "DefinitionService.WatchDefinitions": "watch_definitions"}
PATIENCE = 30.0


class SyncDriver:
    """The client for threads."""

    language = "python"

    def __init__(self, target, **options):
        self.client = kpisuite.connect(target, **options)

    def method(self, name):
        service, method = name.split(".")
        return getattr(getattr(self.client, STUBS[service]), method)

    def call(self, name, request, timeout=None, metadata=()):
        try:
            return self.method(name)(request, timeout=timeout or PATIENCE, metadata=metadata)
        except grpc.RpcError as error:
            raise kpisuite.KpiError.of(error) from error

    def read(self, name, request, timeout, done):
        """(messages, error) up to a message that is DONE, which cancels."""
        call = self.method(name)(request, timeout=timeout or PATIENCE)
        messages = []
        try:
            for message in call:
                messages.append(message)
                if done(message):
                    call.cancel()
        except grpc.RpcError as error:
            return messages, kpisuite.KpiError.of(error)
        return messages, None

    def exchange(self, name, requests):
        messages = []
        try:
            messages.extend(self.method(name)(iter(requests), timeout=PATIENCE))
        except grpc.RpcError as error:
            return messages, kpisuite.KpiError.of(error)
        return messages, None

    def pages(self, name, request):
        return list(getattr(self.client, PAGES[name])(request))

    def watch(self, name, request, done):
        """Messages up to one that is DONE, or an error; never longer than PATIENCE."""
        messages = []
        with getattr(self.client, WATCHES[name])(request) as watch:
            timer = threading.Timer(PATIENCE, watch.close)
            timer.start()
            try:
                for message in watch:
                    messages.append(message)
                    if done(message):
                        break
            except kpisuite.KpiError as error:
                return messages, error
            finally:
                timer.cancel()
        return messages, None

    def write(self, parent, batch, metric, dimensions, rows):
        writer = self.client.writer(parent, batch_samples=batch)
        series = writer.series(metric, dimensions)
        try:
            with writer:
                for time, value in rows:
                    series.add(time, value)
        except kpisuite.KpiError:
            assert writer.summary.refused
        return writer.summary

    def close(self):
        self.client.close()


class AioDriver:
    """The client for asyncio."""

    language = "python-aio"

    def __init__(self, target, **options):
        self.loop = asyncio.new_event_loop()

        async def connect():
            return kpisuite.aio.connect(target, **options)

        try:
            self.client = self.loop.run_until_complete(connect())
        except BaseException:
            self.loop.close()
            raise

    def run(self, coroutine):
        return self.loop.run_until_complete(asyncio.wait_for(coroutine, 2 * PATIENCE))

    method = SyncDriver.method

    def call(self, name, request, timeout=None, metadata=()):
        async def ask():
            return await self.method(name)(request, timeout=timeout or PATIENCE, metadata=metadata)

        try:
            return self.run(ask())
        except grpc.RpcError as error:
            raise kpisuite.KpiError.of(error) from error

    def read(self, name, request, timeout, done):
        messages = []

        async def follow():
            call = self.method(name)(request, timeout=timeout or PATIENCE)
            try:
                async for message in call:
                    messages.append(message)
                    if done(message):
                        call.cancel()
            except asyncio.CancelledError:
                return kpisuite.KpiError(await call.code(), await call.details())
            except grpc.RpcError as error:
                return kpisuite.KpiError.of(error)
            return None

        return messages, self.run(follow())

    def exchange(self, name, requests):
        messages = []

        async def follow():
            try:
                async for message in self.method(name)(iter(requests), timeout=PATIENCE):
                    messages.append(message)
            except grpc.RpcError as error:
                return kpisuite.KpiError.of(error)
            return None

        return messages, self.run(follow())

    def pages(self, name, request):
        async def collect():
            return [item async for item in getattr(self.client, PAGES[name])(request)]

        return self.run(collect())

    def watch(self, name, request, done):
        watch = getattr(self.client, WATCHES[name])(request)
        messages = []
        try:
            while True:
                messages.append(self.run(watch.__anext__()))
                if done(messages[-1]):
                    break
        except kpisuite.KpiError as error:
            return messages, error
        finally:
            self.run(watch.aclose())
        return messages, None

    def write(self, parent, batch, metric, dimensions, rows):
        writer = self.client.writer(parent, batch_samples=batch)

        async def fill():
            series = writer.series(metric, dimensions)
            async with writer:
                for time, value in rows:
                    await series.add(time, value)

        try:
            self.run(fill())
        except kpisuite.KpiError:
            assert writer.summary.refused
        return writer.summary

    def close(self):
        self.run(self.client.close())
        self.loop.close()
