"""`python -m api`: the API process."""

from runtime.importing import undisturbed_imports

if __name__ == "__main__":
    with undisturbed_imports():
        from api.main import main

    main()
